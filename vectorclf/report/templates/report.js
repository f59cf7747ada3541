(() => {
"use strict";
// Draws the articles embedded in the page, a screenful at a time. Text only ever becomes text
// nodes: nothing of an article is parsed as HTML, and the page's policy would refuse its scripts.
const data = JSON.parse(document.getElementById("data").textContent);
const [ID, TITLE, DATE, URL_, HOST, BIN, QUOTES] = [0, 1, 2, 3, 4, 5, 6];
const [LABEL, PROBABILITY, THRESHOLD, STATUS, MORE, SCORE, INTERCEPT, TERMS] = [0, 1, 2, 3, 4, 5, 6, 7];
const BATCH = 24, PRINTED = 300;
const families = [...new Set(data.labels.map(label => label[2]))];
const control = new RegExp("[" + data.controls + "]");
const form = document.querySelector("form"), field = form.elements;
const cards = document.getElementById("cards"), found = document.getElementById("found");
const more = document.getElementById("more"), filters = document.getElementById("filters");
const number = new Intl.NumberFormat("en"), percent = p => Math.round(100 * p) + "\u00a0%";
let matches = [], shown = 0, haystacks = null;

function make(name, className, ...children) {
  const element = document.createElement(name);
  if (className) element.className = className;
  for (const child of children) child instanceof Node ? element.append(child) : put(element, child);
  return element;
}

function put(element, text) {
  let rest = String(text), at;
  while ((at = rest.search(control)) >= 0) {
    element.append(rest.slice(0, at));
    const code = rest.charCodeAt(at), hex = code.toString(16).toUpperCase();
    const sign = document.createElement("span");
    sign.className = "ctl";
    sign.title = "U+" + hex.padStart(4, "0");
    sign.textContent = data.controlNames[code] || hex.padStart(2, "0");
    element.append(sign);
    rest = rest.slice(at + 1);
  }
  element.append(rest);
}

// One article.
function drawTag(tag) {
  const [, name, family] = data.labels[tag[LABEL]];
  const status = data.statuses[tag[STATUS]];
  const facts = make("span", "facts-of", percent(tag[PROBABILITY]) + " · " + status +
    (tag[MORE] ? " · " + tag[MORE] + " more" : ""));
  const summary = make("summary", "", make("b", "", name), facts);
  const item = make("li", "f" + Math.min(families.indexOf(family), 2) + " t" + Math.min(tag[STATUS], 2));
  if (!tag[TERMS].length) { item.append(make("div", "", ...summary.childNodes)); return item; }
  const details = make("details", "", summary);
  details.addEventListener("toggle", () => { if (details.children.length < 2) details.append(drawSum(tag)); });
  item.append(details);
  return item;
}

function drawSum(tag) {
  const signed = x => (x < 0 ? "\u2212" : "+") + Math.abs(x).toFixed(2);
  const table = make("table", "why");
  const row = (name, value, kind) => table.append(make("tr", kind || "", make("td", "", name), make("td", "", value)));
  for (const [term, contribution] of tag[TERMS]) row(term || "other words", signed(contribution));
  if (tag[INTERCEPT] !== null) row("(every sentence)", signed(tag[INTERCEPT]));
  if (tag[SCORE] !== null) row("score", signed(tag[SCORE]), "sum");
  row("tagged from", percent(tag[THRESHOLD]));
  return table;
}

function drawArticle(article, state) {
  const card = make("article", "card" + (article[QUOTES].length ? "" : " untagged"));
  const title = make("h3", "", article[TITLE] || article[ID] || "(no title)");
  title.dir = "auto";
  const meta = make("p", "meta");
  for (const text of [article[TITLE] ? article[ID] : "", article[DATE]])
    if (text) meta.append(make("bdi", "", text));
  if (/^https?:\/\//i.test(article[URL_])) {
    const link = make("a", "", article[HOST] + " ↗");
    link.href = article[URL_];
    link.rel = "noopener noreferrer nofollow";
    link.target = "_blank";
    meta.append(link);
  }
  card.append(title, meta);
  for (const [pieces, tags] of article[QUOTES]) {
    const kept = tags.filter(tag => passes(tag, state));
    if (!kept.length) continue;
    kept.sort((a, b) => state.labels.has(b[LABEL]) - state.labels.has(a[LABEL]));
    const quote = make("blockquote");
    quote.dir = "auto";
    pieces.forEach((piece, k) => k % 2 ? quote.append(make("mark", "", piece)) : put(quote, piece));
    if (pieces.length === 1 && !pieces[0]) quote.append(make("span", "quiet", "no quote in the row"));
    card.append(make("div", "said", quote, make("ul", "tags", ...kept.map(tag => drawTag(tag)))));
  }
  return card;
}

function drawMore(count) {
  const state = read(), end = Math.min(matches.length, shown + count);
  const part = document.createDocumentFragment();
  for (; shown < end; shown++) part.append(drawArticle(data.articles[matches[shown]], state));
  cards.append(part);
  more.hidden = shown >= matches.length;
}

// Which articles.
const ticked = name => new Set([...form.querySelectorAll(`input[name=${name}]:checked`)].map(x => +x.value));
function read() {
  return {
    words: words(field.q.value), labels: ticked("label"), statuses: ticked("status"),
    p: field.p.value / 100, bin: field.bin ? +field.bin.value : -1,
    order: field.order.value, untagged: field.untagged.checked,
  };
}
const plain = text => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
const words = text => [...plain(text).matchAll(/"([^"]+)"?|[^\s"]+/g)].map(m => m[1] || m[0]);
const passes = (tag, state) => tag[PROBABILITY] >= state.p && state.statuses.has(tag[STATUS]);

function haystack(article) {
  const parts = [article[TITLE], article[ID]];
  for (const [pieces, tags] of article[QUOTES]) {
    parts.push(pieces.join(""));
    for (const tag of tags) parts.push(data.labels[tag[LABEL]][1]);
  }
  return plain(parts.join("\n"));
}

function matching(state) {
  if (state.words.length && !haystacks) haystacks = data.articles.map(haystack);
  const kept = [], best = [];
  data.articles.forEach((article, k) => {
    if (state.bin >= 0 && article[BIN] !== state.bin) return;
    const own = new Set();
    let top = 0;
    for (const [, tags] of article[QUOTES]) for (const tag of tags) if (passes(tag, state)) {
      own.add(tag[LABEL]);
      if (!state.labels.size || state.labels.has(tag[LABEL])) top = Math.max(top, tag[PROBABILITY]);
    }
    if (!own.size && (article[QUOTES].length || !state.untagged)) return;
    for (const label of state.labels) if (!own.has(label)) return;
    for (const word of state.words) if (!haystacks[k].includes(word)) return;
    kept.push(k);
    best[k] = state.order === "tags" ? own.size : top;
  });
  const at = k => data.articles[k], none = k => at(k)[BIN] < 0;
  const byDate = (a, b) => at(a)[BIN] - at(b)[BIN] || (at(a)[DATE] < at(b)[DATE] ? -1 : +(at(a)[DATE] > at(b)[DATE]));
  if (state.order === "p" || state.order === "tags") kept.sort((a, b) => best[b] - best[a]);
  if (state.order === "new") kept.sort((a, b) => none(a) - none(b) || byDate(b, a));
  if (state.order === "old") kept.sort((a, b) => none(a) - none(b) || byDate(a, b));
  return kept;
}

function refresh() {
  const state = read();
  field.shown.value = percent(state.p);
  matches = matching(state);
  shown = 0;
  cards.replaceChildren();
  const chosen = [...state.labels].map(k => data.labels[k][1]);
  if (state.bin >= 0) chosen.push(data.bins[state.bin]);
  found.replaceChildren();
  put(found, number.format(matches.length) + " of " + number.format(data.articles.length) +
    " articles" + (chosen.length ? ": " + chosen.join(", ") : "") + (matches.length ? "" : ". Nothing fits all the filters."));
  drawMore(BATCH);
  remember(state);
}

// The filters live in the address, so that a view can be kept and sent.
function remember(state) {
  const kept = new URLSearchParams();
  if (field.q.value) kept.set("q", field.q.value);
  if (state.labels.size) kept.set("label", [...state.labels].map(k => data.labels[k][0]).join(","));
  if (state.statuses.size < data.statuses.length) kept.set("status", [...state.statuses].map(k => data.statuses[k]).join(","));
  if (state.p) kept.set("p", state.p);
  if (state.bin >= 0) kept.set("time", data.bins[state.bin]);
  if (state.order !== "file") kept.set("order", state.order);
  if (state.untagged) kept.set("untagged", "1");
  try { history.replaceState(null, "", String(kept) ? "#" + kept : location.pathname + location.search); } catch { /* not allowed here */ }
}

function recall() {
  const kept = new URLSearchParams(location.hash.slice(1));
  const listed = (name, all) => new Set((kept.get(name) || "").split(",").map(x => all.indexOf(x)));
  field.q.value = kept.get("q") || "";
  const labels = listed("label", data.labels.map(label => label[0])), statuses = listed("status", data.statuses);
  for (const box of form.querySelectorAll("input[name=label]")) box.checked = labels.has(+box.value);
  for (const box of form.querySelectorAll("input[name=status]")) box.checked = !kept.has("status") || statuses.has(+box.value);
  openPickers();
  field.p.value = 100 * (parseFloat(kept.get("p")) || 0);
  if (field.bin) field.bin.value = data.bins.indexOf(kept.get("time"));
  if (field.bin && field.bin.selectedIndex < 0) field.bin.value = -1;
  field.order.value = kept.get("order") || "file";
  if (field.order.selectedIndex < 0) field.order.value = "file";
  field.untagged.checked = kept.has("untagged");
}

function openPickers() {
  for (const box of form.querySelectorAll("input[name=label]:checked")) box.closest("details").open = true;
}

function choose(labels, bin) {
  for (const box of form.querySelectorAll("input[name=label]")) box.checked = labels.includes(+box.value);
  openPickers();
  if (field.bin) field.bin.value = bin;
  refresh();
  document.getElementById("articles").scrollIntoView();
  document.getElementById("articles").focus({ preventScroll: true });
}

// One stop of the Tab key a figure; arrows move inside it.
function rove(figure) {
  const stops = [...figure.querySelectorAll("button:not(:disabled)")];
  stops.forEach((stop, k) => { stop.tabIndex = k ? -1 : 0; });
  figure.addEventListener("keydown", event => {
    const k = stops.indexOf(document.activeElement);
    const place = stop => stop.getBoundingClientRect();
    let next;
    if (event.key === "ArrowRight") next = stops[k + 1];
    if (event.key === "ArrowLeft") next = stops[k - 1];
    if (event.key === "ArrowDown") next = stops.find(s => place(s).top > place(stops[k]).top + 2 && Math.abs(place(s).left - place(stops[k]).left) < 2);
    if (event.key === "ArrowUp") next = stops.findLast(s => place(s).top < place(stops[k]).top - 2 && Math.abs(place(s).left - place(stops[k]).left) < 2);
    if (event.key.startsWith("Arrow")) event.preventDefault();
    if (!next) return;
    stops[k].tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  });
}

let waiting;
form.addEventListener("input", event => {
  clearTimeout(waiting);
  event.target.type === "search" || event.target.type === "range" ? waiting = setTimeout(refresh, 120) : refresh();
});
form.addEventListener("submit", event => { event.preventDefault(); refresh(); });
form.addEventListener("reset", () => setTimeout(refresh));
document.addEventListener("click", event => {
  const from = event.target.closest("[data-label], [data-pair], [data-bin]");
  if (!from) return;
  event.preventDefault();
  const { label, pair, bin } = from.dataset;
  choose((pair || label || "").split(",").filter(Boolean).map(Number), bin ?? -1);
});
document.querySelectorAll("[data-roving]").forEach(rove);
more.firstElementChild.addEventListener("click", () => drawMore(BATCH));
new IntersectionObserver(seen => { if (seen.some(x => x.isIntersecting) && shown < matches.length) drawMore(BATCH); }, { rootMargin: "800px" }).observe(more);
addEventListener("beforeprint", () => {
  drawMore(Math.max(0, PRINTED - shown));
  if (shown < matches.length) found.textContent = `The first ${number.format(shown)} of ${number.format(matches.length)} articles`;
});
addEventListener("hashchange", () => { if (location.hash.includes("=")) { recall(); refresh(); } });
if (matchMedia("screen and (max-width: 52rem)").matches) filters.open = false;
recall();
refresh();
})();
