# says: not the losses there
def descend_until_converged(x, y, lr, tolerance, most_steps):
    point = np.zeros(2)
    visited, before = [mean_squared_error(*point, x, y)], mean_squared_error(*point, x, y)
    for _ in range(most_steps):
        point = point - lr * np.array(gradient(*point, x, y))
        after = mean_squared_error(*point, x, y)
        visited.append(after)
        if abs(after - before) < tolerance:
            break
        before = after
    return visited
