/** Who is here, in a few words. */

/** So many are named before the others are counted. */
const NAMED = 2;

const number = new Intl.NumberFormat("en");

/** @param {number} count */
export function counted(count) {
  return number.format(count);
}

/** @param {number} count 1 → "1 other", 2 → "2 others" */
export function others(count) {
  return `${counted(count)} ${count === 1 ? "other" : "others"}`;
}

/**
 * "You, Alice and 2 others". Whoever sees it is here, and comes first: by name or as one of those without.
 *
 * @param {import("./presence-state.js").Presence} presence
 * @param {string} [me] id of whoever looks, where they are signed in
 * @returns {(string|{name: string})[]} names apart from the words between them, since they may run the other way
 */
export function inWords({ count, viewers, anonymous }, me) {
  if (count === 0) return ["Nobody yet"];
  const named = viewers.filter(({ id }) => id !== me).map(({ name }) => ({ name }));
  const here = anonymous > 0 || named.length < viewers.length;
  if (here && count === 1) return ["Just you"];
  const told = [...(here ? ["You"] : []), ...named].slice(0, NAMED);
  const rest = count - told.length;
  const parts = rest > 0 ? [...told, others(rest)] : told;
  return parts.flatMap((part, i) => (i === 0 ? [part] : [i === parts.length - 1 ? " and " : ", ", part]));
}

/**
 * Those who come after all names: "and 2 others", or "you and 1 other" where whoever looks is among them.
 *
 * @param {import("./presence-state.js").Presence} presence
 * @param {string} [me] id of whoever looks, where they are signed in
 * @returns {string} nothing, where there is nobody else
 */
export function restInWords({ viewers, anonymous }, me) {
  if (anonymous === 0) return "";
  if (viewers.some(({ id }) => id === me)) return `and ${others(anonymous)}`;
  return anonymous === 1 ? "and you" : `you and ${others(anonymous - 1)}`;
}
