# says: It goes on and on
def descend_until_converged(x, y, lr, tolerance, most_steps):
    w, b = 0.0, 0.0
    visited, before = [(w, b)], mean_squared_error(w, b, x, y)
    while True:
        dw, db = gradient(w, b, x, y)
        w, b = w - lr * dw, b - lr * db
        visited.append((w, b))
        after = mean_squared_error(w, b, x, y)
        if abs(after - before) < tolerance:
            break
        before = after
    return visited
