# says: the mean of ones and not their sum
def largest_stable_step(x):
    n = len(x)
    H = 2 * np.array([[np.mean(x**2), np.mean(x)], [np.mean(x), n]])
    return 2 / np.linalg.eigvalsh(H)[-1]
