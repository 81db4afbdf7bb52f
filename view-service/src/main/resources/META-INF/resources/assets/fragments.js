/** The fragments of a page, as the server renders them. Each event of their stream holds those that changed. */

export class Fragments {
  events = ["morph"];
  /** @type {Map<string, string>} HTML by the ids of the fragments */ #shown;
  #show;

  /**
   * @param {Map<string, string>} rendered what the page came with: HTML by the ids of the fragments
   * @param {(fragments: Element[], sameHistory: boolean) => void} show
   */
  constructor(rendered, show) {
    this.#shown = rendered;
    this.#show = show;
  }

  apply(_, html, sameHistory) {
    const template = document.createElement("template");
    template.innerHTML = html; // user text in it is escaped by the server
    const fragments = Array.from(template.content.children);
    for (const fragment of fragments) this.#shown.set(fragment.id, fragment.outerHTML);
    this.#show(fragments, sameHistory);
  }

  whole() {
    return { type: "morph", data: Array.from(this.#shown.values()).join("") };
  }
}
