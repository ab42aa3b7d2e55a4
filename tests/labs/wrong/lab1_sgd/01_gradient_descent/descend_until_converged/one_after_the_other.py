# says: take both slopes at the same point
def descend_until_converged(x, y, lr, tolerance, most_steps):
    w, b = 0.0, 0.0
    visited, before = [(w, b)], mean_squared_error(w, b, x, y)
    for _ in range(most_steps):
        w = w - lr * gradient(w, b, x, y)[0]
        b = b - lr * gradient(w, b, x, y)[1]
        visited.append((w, b))
        after = mean_squared_error(w, b, x, y)
        if abs(after - before) < tolerance:
            break
        before = after
    return visited
