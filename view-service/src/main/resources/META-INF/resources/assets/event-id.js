/** Ids of events, `<epoch>.<t>`: which history, and how far in it. An empty one stands for nothing yet. */

/**
 * Whether what has this id is to be shown in place of the other. Another epoch is another history, in which t starts anew:
 * there is no order between the two, and what arrives is what the server has now.
 *
 * @param {string} id
 * @param {string} shown
 */
export function supersedes(id, shown) {
  return !sameEpoch(id, shown) || basis(id) > basis(shown);
}

/** @param {string} a @param {string} b */
export function sameEpoch(a, b) {
  return a.split(".")[0] === b.split(".")[0];
}

/** @param {string} id @returns {number} its t; 0 where there is nothing yet */
export function basis(id) {
  return Number(id.split(".")[1] ?? 0);
}
