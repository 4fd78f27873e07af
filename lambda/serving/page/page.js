// Asks the model, and shows its answers
const url = new URL(location.pathname.replace(/\/?$/, "/") + "invocations", location.origin).href;
const KEPT = 10; // so many requests are remembered
const SHOWN = 8; // so many classes are shown; if there are more, the most likely ones
const past = [];
let busy = false;

function bodyOf(rows, method) {
  const suffix = method === model.method ? "" : `, "method": ${JSON.stringify(method)}`;
  return { json: `{"${model.form}": ${rows.json}${suffix}}`, python: `{"${model.form}": rows${suffix}}` };
}

function showCode() {
  let rows;
  try { rows = form.read() } catch { return } // the code of the last complete request stays
  const body = bodyOf(rows, byId("method").value);
  const quoted = text => `'${text.replaceAll("'", "'\\''")}'`;
  byId("curl").textContent = `curl ${quoted(url)} -H 'content-type: application/json' -d ${quoted(body.json)}`;
  byId("python").textContent = [
    "import json", "from urllib.request import Request, urlopen", "", `rows = ${rows.python}`,
    `body = json.dumps(${body.python}).encode()`,
    `request = Request("${url}", body, {"content-type": "application/json"})`,
    "print(json.load(urlopen(request)))",
  ].join("\n");
}

// Sends one request. Returns its predictions and their text, in which numbers keep all digits, or a refusal in words
async function ask(rows, method) {
  const began = performance.now();
  try {
    const response = await fetch(url, {
      method: "POST", headers: { "content-type": "application/json" }, body: bodyOf(rows, method).json,
    });
    const text = await response.text(), took = performance.now() - began;
    let answer = null;
    try { answer = JSON.parse(text) } catch {}
    if (response.ok && Array.isArray(answer?.predictions)) {
      const written = /^\s*\{\s*"predictions"\s*:\s*\[([^]*)\]\s*\}\s*$/.exec(text);
      return { took, predictions: answer.predictions, text: written ? written[1].trim() : null };
    }
    const message = answer?.error ?? answer?.message ?? text;
    return { took, refused: `${response.status}: ${typeof message === "string" ? message : JSON.stringify(message)}` };
  } catch (error) {
    return { took: performance.now() - began, refused: `No answer came: ${error.message}` };
  }
}

const duration = took => took < 1000 ? `${took.toFixed(took < 10 ? 1 : 0)} ms` : `${(took / 1000).toFixed(1)} s`;
const isNumbers = value => Array.isArray(value) && value.length > 0 && value.every(item => typeof item === "number");

function inWords(answer) {
  if (answer.refused) return answer.refused;
  if (answer.predictions.length !== 1) return JSON.stringify(answer.predictions);
  const [value] = answer.predictions;
  if (typeof value === "string") return value;
  return answer.text ?? JSON.stringify(value);
}

function bars(answer) {
  const [row] = answer.predictions, classes = model.classes;
  if (!isNumbers(row) || !classes || row.length !== classes.length) return null;
  let order = [...row.keys()];
  if (order.length > SHOWN) order = order.sort((one, other) => row[other] - row[one]).slice(0, SHOWN);
  const top = Math.max(...row), list = element("ul", { class: "bars", "aria-label": "Probability of each class" });
  for (const at of order) {
    const percent = `${(row[at] * 100).toFixed(1)} %`, fill = element("div", { class: "fill" });
    fill.style.width = `${row[at] * 100}%`;
    list.append(element("li", { class: row[at] === top ? "top" : "", title: `${classes[at]}: ${row[at]}` },
      element("span", { class: "class" }, classes[at]),
      element("div", { class: "track", "aria-hidden": "true" }, fill),
      element("span", { class: "number" }, percent)));
  }
  const left = row.length - order.length;
  return element("div", {}, list, ...(left ? [element("p", { class: "quiet" }, `and ${left} more classes`)] : []));
}

function show(answer, method, chances) {
  const nodes = [];
  if (answer.refused) nodes.push(element("p", { class: "bad" }, answer.refused));
  else {
    const drawn = method === "predict_proba" && answer.predictions.length === 1 ? bars(answer) : null;
    const text = inWords(answer);
    nodes.push(drawn ?? (text.length > 120 || answer.predictions.length !== 1
      ? element("pre", { tabindex: 0 }, text) : element("p", { class: "value" }, text)));
    if (chances) nodes.push(chances.refused ? element("p", { class: "bad" }, chances.refused) : bars(chances) ?? "");
  }
  nodes.push(element("p", { class: "quiet" }, `${method} took ${duration(answer.took)}, there and back`));
  byId("answer").replaceChildren(...nodes);
}

function remember(answer, method, state) {
  past.unshift({ at: new Date(), answer, method, state });
  past.length = Math.min(past.length, KEPT);
  byId("requests").replaceChildren(...past.map(request => {
    const time = request.at.toLocaleTimeString([], { hour12: false }), again = element("button", { type: "button", "aria-label": `Use the request of ${time} again` }, "Use again");
    again.addEventListener("click", () => {
      form.restore(request.state);
      byId("method").value = request.method;
      showCode();
      byId("form").querySelector("input, select, textarea").focus();
    });
    const text = inWords(request.answer);
    return element("tr", {}, element("td", {}, time), element("td", { class: "method" }, request.method),
      element("td", { class: "said" }, text.length > 60 ? `${text.slice(0, 57)}...` : text),
      element("td", { class: "number" }, duration(request.answer.took)), element("td", {}, again));
  }));
  byId("past").hidden = false;
}

async function submit(event) {
  event.preventDefault();
  if (busy) return;
  document.querySelectorAll("[aria-invalid]").forEach(control => control.removeAttribute("aria-invalid"));
  const method = byId("method").value;
  let rows;
  try { rows = form.read() } catch (error) {
    if (!(error instanceof Unfinished)) throw error;
    byId("answer").replaceChildren(element("p", { class: "bad" }, error.message));
    error.control.setAttribute("aria-invalid", "true");
    error.control.focus();
    return;
  }
  busy = true;
  byId("form").setAttribute("aria-busy", "true");
  const state = form.state(), answer = await ask(rows, method);
  const also = method === "predict" && model.classes && model.methods.includes("predict_proba");
  const chances = also && !answer.refused && answer.predictions.length === 1 ? await ask(rows, "predict_proba") : null;
  show(answer, method, chances);
  remember(answer, method, state);
  byId("form").removeAttribute("aria-busy");
  busy = false;
}

async function copy(event) {
  const button = event.currentTarget;
  try { await navigator.clipboard.writeText(byId(button.dataset.copy).textContent); button.textContent = "Copied" }
  catch { getSelection().selectAllChildren(byId(button.dataset.copy)); button.textContent = "Selected" }
  setTimeout(() => { button.textContent = "Copy" }, 2000);
}

const form = model.columns ? asFields() : model.texts ? asText() : asJson();
byId("fields").append(...form.nodes);
byId("about").textContent = `${model.estimator}, SHA-256 ${model.version}`;
byId("hint").textContent = model.columns ? "An empty field is a missing value unless it says otherwise." : model.expected;
byId("method").append(...model.methods.map(name => element("option", {}, name)));
byId("method").value = model.method;
byId("choice").hidden = model.methods.length < 2;
byId("send").textContent = model.method === "transform" ? "Transform" : "Predict";
byId("form").addEventListener("submit", submit);
byId("form").addEventListener("input", showCode);
byId("form").addEventListener("keydown", event => { if (event.key === "Enter" && event.ctrlKey) byId("form").requestSubmit() });
document.querySelectorAll("[data-copy]").forEach(button => button.addEventListener("click", copy));
showCode();
