# says: b did not move
def descend_until_converged(x, y, lr, tolerance, most_steps):
    w, b = 0.0, 0.0
    visited, before = [(w, b)], mean_squared_error(w, b, x, y)
    for _ in range(most_steps):
        dw, db = gradient(w, b, x, y)
        w = w - lr * dw
        visited.append((w, b))
        after = mean_squared_error(w, b, x, y)
        if abs(after - before) < tolerance:
            break
        before = after
    return visited
