# says: append a new one, or a copy
def descend_until_converged(x, y, lr, tolerance, most_steps):
    point = np.zeros(2)
    visited, before = [point], mean_squared_error(*point, x, y)
    for _ in range(most_steps):
        point -= lr * np.array(gradient(*point, x, y))
        visited.append(point)
        after = mean_squared_error(*point, x, y)
        if abs(after - before) < tolerance:
            break
        before = after
    return visited
