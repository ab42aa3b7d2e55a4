# says: this is 2 over the smallest eigenvalue
def largest_stable_step(x):
    hessian = 2 * np.array([[np.mean(x * x), np.mean(x)], [np.mean(x), 1.0]])
    return 2 / np.linalg.eigvalsh(hessian)[0]
