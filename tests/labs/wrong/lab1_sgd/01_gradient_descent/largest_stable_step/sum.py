# says: the Hessian holds sums over the examples
def largest_stable_step(x):
    hessian = 2 * np.array([[np.sum(x * x), np.sum(x)], [np.sum(x), len(x)]])
    return 2 / np.linalg.eigvalsh(hessian)[-1]
