# says: a pair of two things
def descend_until_converged(x, y, lr, tolerance, most_steps):
    w, b = 0.0, 0.0
    ws, bs, before = [w], [b], mean_squared_error(w, b, x, y)
    for _ in range(most_steps):
        dw, db = gradient(w, b, x, y)
        w, b = w - lr * dw, b - lr * db
        ws.append(w)
        bs.append(b)
        after = mean_squared_error(w, b, x, y)
        if abs(after - before) < tolerance:
            break
        before = after
    return ws, bs
