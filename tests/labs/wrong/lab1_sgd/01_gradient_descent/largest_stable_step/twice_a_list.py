# says: 2 times a list is the list twice
def largest_stable_step(x):
    H = 2 * [[np.mean(x**2), np.mean(x)], [np.mean(x), 1.0]]
    return 2 / np.linalg.eigvalsh(H)[-1]
