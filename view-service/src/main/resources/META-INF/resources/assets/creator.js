/** A creator's page. */

import { announce } from "./announce.js";
import { Composer } from "./composer.js";
import { Likes } from "./likes.js";
import { LivePage } from "./live-page.js";
import { Owner } from "./owner.js";
import { onSession, refresh } from "./session.js";

const { handle } = document.getElementById("page").dataset;
const posts = `posts-${handle}`;
const newPosts = document.getElementById("new-posts");
const notice = document.getElementById("notice");

const page = new LivePage([posts, `creator-${handle}`]);
new Likes(page);
new Owner(page);
if (document.getElementById("composer")) showComposer();

let readsFurtherDown = false;
page.goLive({
  before() {
    // Measured before, since measuring after it would make Chromium forget to keep the reading place.
    readsFurtherDown = document.getElementById(posts).getBoundingClientRect().top < 0;
  },
  morphed(id, added, sameHistory) {
    // In another history every post has another id: nothing of it is news.
    if (id === posts && sameHistory && added.length > 0) tell(added.length);
  },
  gone() {
    notice.textContent = `${page.name}’s page was deleted while you were here. What you see is what was left.`;
    notice.hidden = false;
  },
});

function showComposer() {
  const composer = new Composer({ onPublished: (t) => page.expect(t, true), onRefused: refresh });
  // What somebody has written stays in sight when their session ends, until they have signed in again.
  onSession(() => composer.show(page.owned || composer.hasText()));
}

/** @param {number} added */
function tell(added) {
  announce(added === 1 ? `New post by ${page.name}.` : `${added} new posts by ${page.name}.`);
  // Whether the new posts are above what is on the screen.
  if (!readsFurtherDown) return;
  const count = added + Number(newPosts.dataset.count ?? 0);
  newPosts.dataset.count = String(count);
  newPosts.textContent = count === 1 ? "↑ 1 new post" : `↑ ${count} new posts`;
  newPosts.hidden = false;
}

function forgetNewPosts() {
  newPosts.hidden = true;
  delete newPosts.dataset.count;
}

newPosts.addEventListener("click", () => {
  const smooth = !matchMedia("(prefers-reduced-motion: reduce)").matches;
  scrollTo({ top: 0, behavior: smooth ? "smooth" : "auto" });
  forgetNewPosts();
});
addEventListener("scroll", () => {
  if (!newPosts.hidden && scrollY < 200) forgetNewPosts();
}, { passive: true });
