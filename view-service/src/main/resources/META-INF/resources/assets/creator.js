/** A creator's page: live from the t it was rendered at. */

import { announce } from "./announce.js";
import { Composer } from "./composer.js";
import { LiveIndicator } from "./live.js";
import { applySection, loadMorphing } from "./morph.js";
import { onSession, refresh, signInAsDemo } from "./session.js";
import { SharedStream } from "./stream.js";
import { keepTimesRelative } from "./time.js";
import { showWho } from "./who.js";

const page = document.getElementById("creator");
const { handle, name } = page.dataset;
const section = document.getElementById(`posts-${handle}`);
const newPosts = document.getElementById("new-posts");
const notice = document.getElementById("notice");
/** The section as the server rendered it, taken before anything here changes it. */
const rendered = section.outerHTML;

keepTimesRelative();
showWho();
showOwnersControls();
goLive();

function showOwnersControls() {
  const signIn = document.getElementById("demo-sign-in");
  const signInError = document.getElementById("sign-in-error");
  const composer = new Composer({ onRefused: refresh });

  onSession((session) => {
    const owner = session.creators.includes(handle);
    page.dataset.role = owner ? "owner" : "visitor";
    // What somebody has written stays in sight when their session ends, until they have signed in again.
    composer.show(owner || composer.hasText());
    signIn.hidden = owner || !session.demo.includes(handle);
  });

  signIn.addEventListener("click", async () => {
    signIn.disabled = true;
    signInError.hidden = true;
    try {
      await signInAsDemo(handle);
      announce(`You are signed in as ${name}.`);
      document.getElementById("composer-text").focus();
    } catch (problem) {
      signInError.textContent = problem.message;
      signInError.hidden = false;
    } finally {
      signIn.disabled = false;
    }
  });
  refresh();
}

async function goLive() {
  const indicator = new LiveIndicator();
  let lost = false;
  await Promise.race([loadMorphing(), new Promise((resolve) => setTimeout(resolve, 3000))]);
  const stream = new SharedStream(page.dataset.stream, { id: page.dataset.eventId, html: rendered }, {
    state(state) {
      indicator.show(state);
      if (state === "gone") showGone();
      // A server that was away may be another one, which does not know us any more.
      if (state === "live" && lost) refresh();
      lost = state === "reconnecting" || state === "offline";
    },
    morph(html, sameHistory) {
      // Measured before, since measuring after it would make Chromium forget to keep the reading place.
      const readsFurtherDown = document.getElementById(section.id).getBoundingClientRect().top < 0;
      const added = applySection(html, sameHistory);
      // In another history every post has another id: nothing of it is news.
      if (sameHistory && added > 0) tell(added, readsFurtherDown);
    },
  });
  stream.start();
}

/**
 * @param {number} added
 * @param {boolean} readsFurtherDown whether the new posts are above what is on the screen
 */
function tell(added, readsFurtherDown) {
  announce(added === 1 ? `New post by ${name}.` : `${added} new posts by ${name}.`);
  if (!readsFurtherDown) return;
  const count = added + Number(newPosts.dataset.count ?? 0);
  newPosts.dataset.count = String(count);
  newPosts.textContent = count === 1 ? "↑ 1 new post" : `↑ ${count} new posts`;
  newPosts.hidden = false;
}

function showGone() {
  notice.textContent = `${name}’s page was deleted while you were here. What you see is what was left.`;
  notice.hidden = false;
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
