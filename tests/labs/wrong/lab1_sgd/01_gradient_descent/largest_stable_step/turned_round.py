# says: this is L/2
def largest_stable_step(x):
    H = 2 * np.array([[np.mean(x**2), np.mean(x)], [np.mean(x), 1.0]])
    return np.linalg.eigvalsh(H)[-1] / 2
