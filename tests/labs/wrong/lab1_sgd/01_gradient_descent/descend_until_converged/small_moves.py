# says: until the point hardly moved
def descend_until_converged(x, y, lr, tolerance, most_steps):
    w, b = 0.0, 0.0
    visited = [(w, b)]
    for _ in range(most_steps):
        dw, db = gradient(w, b, x, y)
        w, b = w - lr * dw, b - lr * db
        visited.append((w, b))
        if lr * (dw**2 + db**2)**0.5 < tolerance:
            break
    return visited
