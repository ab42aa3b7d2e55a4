# says: have changed places
def largest_stable_step(x):
    H = 2 * np.array([[np.mean(x), np.mean(x**2)], [np.mean(x**2), 1.0]])
    return 2 / np.linalg.eigvalsh(H)[-1]
