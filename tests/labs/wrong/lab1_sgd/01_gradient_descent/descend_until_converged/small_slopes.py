# says: it waited for small slopes
def descend_until_converged(x, y, lr, tolerance, most_steps):
    w, b = 0.0, 0.0
    visited = [(w, b)]
    for _ in range(most_steps):
        dw, db = gradient(w, b, x, y)
        w, b = w - lr * dw, b - lr * db
        visited.append((w, b))
        if abs(dw) < tolerance and abs(db) < tolerance:
            break
    return visited
