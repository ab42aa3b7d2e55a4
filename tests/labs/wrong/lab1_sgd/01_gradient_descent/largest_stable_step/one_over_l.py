# says: it is stable up to twice that
def largest_stable_step(x):
    hessian = 2 * np.array([[np.mean(x * x), np.mean(x)], [np.mean(x), 1.0]])
    return 1 / np.linalg.eigvalsh(hessian)[-1]
