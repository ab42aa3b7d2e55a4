# says: w and b share each error
def largest_stable_step(x):
    return 2 / (2 * np.mean(x * x))
