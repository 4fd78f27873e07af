// The form: a control for each column of the model, and the rows of the request that is made of their values
"use strict";

const model = JSON.parse(byId("model").textContent);
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/; // as JSON has it

function byId(id) { return document.getElementById(id) }

function element(tag, attributes = {}, ...inside) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...inside.map(child => typeof child === "number" ? String(child) : child));
  return node;
}

// A value as JSON and as Python write it. Numbers keep the text that was typed, as a script's own have only 53 bits.
function literal(value) {
  if (value === null) return { json: "null", python: "None" };
  if (typeof value === "boolean") return { json: String(value), python: value ? "True" : "False" };
  return { json: JSON.stringify(value), python: JSON.stringify(value) };
}

function number(text) {
  const plain = text.replace(/^(-?)0+(?=\d)/, "$1").replace(/^(-?)\./, (_, sign) => `${sign}0.`);
  const written = NUMBER.test(plain) ? plain : String(Number(text));
  return { json: written, python: written };
}

// A JSON literal as people read it
const label = written => written.startsWith('"') ? JSON.parse(written) || "(empty text)" : written;
const ofJson = written => ({ json: written, python: { true: "True", false: "False" }[written] ?? written });

class Unfinished extends Error {
  constructor(control, message) { super(message); this.control = control }
}

const isMissing = column => column.missing !== null && !column.empty_is_text;
const whenEmpty = column => column.missing === null ? "required" : "missing";

// For each kind of column, a control and a function that reads it. An empty control is a missing value.
const kinds = {
  number(column) {
    const whole = column.type === "integer", [, unsigned, bits] = /^(u?)int(\d+)$/i.exec(column.dtype) || [];
    const range = whole && bits <= 32 ? { min: unsigned ? 0 : -(2 ** (bits - 1)), max: 2 ** (bits - !unsigned) - 1 } : {};
    if (whole && unsigned) range.min = 0;
    const input = element("input", { type: "number", step: whole ? 1 : "any", placeholder: whenEmpty(column), ...range });
    input.addEventListener("wheel", () => input.blur()); // otherwise the wheel would change the number
    return { input, read: () => input.value === "" ? literal(null) : number(input.value) };
  },
  text(column) {
    const input = element("textarea", { rows: 1, placeholder: isMissing(column) ? "missing" : "empty text" });
    return { input, wide: true, read: () => literal(input.value === "" && isMissing(column) ? null : input.value) };
  },
  datetime(column) {
    const zoned = column.dtype.includes(","), input = element("input", { type: "datetime-local", step: 1, max: "9999-12-31T23:59:59" });
    return { input, note: zoned ? "in UTC" : "", read: () => literal(input.value === "" ? null : input.value + (zoned ? "Z" : "")) };
  },
  timedelta(column) {
    const input = element("input", { type: "text", placeholder: whenEmpty(column) });
    const note = `as P1DT2H, or a number of ${column.unit || "ms"}`;
    return { input, note, read: () => anyOf(input.value.trim()) };
  },
  boolean(column) {
    if (column.missing === null) {
      const input = element("input", { type: "checkbox" });
      return { input, read: () => literal(input.checked) };
    }
    return choice(column, ["true", "false"]);
  },
  category(column) { return choice(column, column.categories, true) },
  any(column) {
    const input = element("input", { type: "text", placeholder: "missing" });
    return { input, note: "a number, true, false, or a text", read: () => anyOf(input.value) };
  },
};
kinds.integer = kinds.number;

// Reads a value of any type as JSON, or else as a text
function anyOf(text) {
  if (text === "") return literal(null);
  if (NUMBER.test(text)) return number(text);
  try {
    const value = JSON.parse(text);
    if (["boolean", "string"].includes(typeof value)) return literal(value);
  } catch {}
  return literal(text);
}

// A choice among several values, each written as JSON
function choice(column, values, open = false) {
  const input = element("select", {}, element("option", { value: "" }, `(${whenEmpty(column)})`));
  values.forEach((value, at) => input.append(element("option", { value: at }, label(value))));
  const chosen = () => input.value === "" ? literal(null) : ofJson(values[input.value]);
  if (!open) return { input, read: chosen };
  input.append(element("option", { value: "other" }, "(another)"));
  const numbers = NUMBER.test(values[0]);
  const other = element("input", { type: numbers ? "number" : "text", step: "any", hidden: true, "aria-label": `${titleOf(column)}, another value` });
  const show = () => { other.hidden = input.value !== "other" };
  input.addEventListener("change", show);
  const read = () => {
    if (input.value !== "other") return chosen();
    if (!numbers) return literal(other.value);
    if (other.value === "") throw new Unfinished(other, `${titleOf(column)}: give the other value, or choose one.`);
    return number(other.value);
  };
  return { input, other, read, show };
}

const titleOf = column => typeof column.name === "number" ? `column ${column.name}` : column.name;

function kindOf(column) {
  return kinds[column.categories && column.categories.length && column.type !== "boolean" ? "category" : column.type] || kinds.any;
}

// A control with its label, and functions that read and restore it
function field(column, at) {
  const { input, other, note, wide, read, show } = kindOf(column)(column);
  input.id = `field-${at}`;
  const words = note ? [element("span", { class: "quiet" }, note)] : [];
  const title = element("label", { class: "name", for: input.id }, element("span", {}, titleOf(column)), ...words);
  const check = input.type === "checkbox";
  const node = element("div", { class: `field${wide ? " wide" : ""}${check ? " check" : ""}` }, ...(check ? [input, title] : [title, input]));
  if (other) node.append(other);
  const controls = other ? [input, other] : [input];
  return {
    node,
    name: literal(String(column.name)).json,
    read() {
      const wrong = controls.find(control => !control.hidden && control.validity.badInput);
      if (wrong) throw new Unfinished(wrong, `${titleOf(column)}: this value is not complete. Complete it, or clear it.`);
      return read();
    },
    state: () => controls.map(control => check ? control.checked : control.value),
    restore(state) {
      controls.forEach((control, number) => { if (check) control.checked = state[number]; else control.value = state[number] });
      if (show) show();
    },
  };
}

// The rows of the request, in JSON and in Python
const asFields = () => {
  const fields = model.columns.map(field), named = model.form === "dataframe_records";
  const [open, close] = named ? ["{", "}"] : ["[", "]"];
  const write = (read, language) => fields.map((entry, at) => (named ? `${entry.name}: ` : "") + read[at][language]).join(named ? ",\n  " : ", ");
  const wrap = text => named ? `[${open}\n  ${text}\n${close}]` : `[${open}${text}${close}]`;
  return {
    nodes: fields.map(entry => entry.node),
    read() {
      const read = fields.map(entry => entry.read());
      return { json: wrap(write(read, "json")), python: wrap(write(read, "python")) };
    },
    state: () => fields.map(entry => entry.state()),
    restore: states => fields.forEach((entry, at) => entry.restore(states[at])),
  };
};

const asText = () => {
  const input = element("textarea", { id: "field-0", rows: 5 });
  const title = element("label", { class: "name", for: "field-0" }, "Text");
  return {
    nodes: [element("div", { class: "field wide" }, title, input)],
    read: () => ({ json: `[${literal(input.value).json}]`, python: `[${literal(input.value).python}]` }),
    state: () => input.value,
    restore: state => { input.value = state },
  };
};

const asJson = () => {
  const input = element("textarea", { id: "field-0", class: "rows", spellcheck: "false" });
  const title = element("label", { class: "name", for: "field-0" }, "Rows, as a JSON list");
  return {
    nodes: [element("div", { class: "field wide" }, title, input)],
    read() {
      let rows;
      try { rows = JSON.parse(input.value) } catch (error) { throw new Unfinished(input, `The rows are not JSON: ${error.message}`) }
      if (!Array.isArray(rows)) throw new Unfinished(input, "The rows are not a JSON list, such as [[5.1, 3.5]] or [{\"age\": 41}].");
      return { json: input.value.trim(), python: `json.loads(${literal(input.value.trim()).python})` };
    },
    state: () => input.value,
    restore: state => { input.value = state },
  };
};
