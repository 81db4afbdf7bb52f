/** A post's page. */

import { announce } from "./announce.js";
import { Comments } from "./comments.js";
import { Likes } from "./likes.js";
import { LivePage } from "./live-page.js";
import { Owner } from "./owner.js";

const { handle, post: postId } = document.getElementById("page").dataset;
const post = `post-${postId}`;
const notice = document.getElementById("notice");

const page = new LivePage([post, `creator-${handle}`]);
new Likes(page);
new Owner(page);
const comments = new Comments(page);

page.goLive({
  morphed(id, added, sameHistory) {
    if (id !== post || !sameHistory || added.length === 0) return;
    const author = added[0].querySelector(".comment-author").textContent;
    announce(added.length === 1 ? `New comment by ${author}.` : `${added.length} new comments.`);
  },
  gone(id) {
    if (id === post) showGone();
  },
});

/** Nobody reads on what its creator has taken away. */
function showGone() {
  document.getElementById(post).hidden = true;
  comments.close();
  notice.textContent = page.owned ? "The post is deleted." : `${page.name} deleted this post while you were here.`;
  notice.hidden = false;
}
