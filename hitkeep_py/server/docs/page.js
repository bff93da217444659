"use strict";

// Text is only ever set as text, so nothing in the description can become markup.
function element(tag, text, ...children) {
  const made = document.createElement(tag);
  if (text) made.textContent = text;
  made.append(...children);
  return made;
}

function pretty(value) {
  return element("pre", JSON.stringify(value, null, 2));
}

// Follows references, but not within themselves.
function resolved(value, whole, within = []) {
  if (Array.isArray(value)) return value.map((each) => resolved(each, whole, within));
  if (value === null || typeof value !== "object") return value;
  const reference = value.$ref;
  if (typeof reference === "string") {
    if (within.includes(reference)) return { "same as above": reference.split("/").pop() };
    const found = reference.slice(2).split("/").reduce((part, name) => part?.[name], whole);
    return resolved(found, whole, [...within, reference]);
  }
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, resolved(each, whole, within)]));
}

function parameterTable(parameters) {
  const rows = parameters.map((each) =>
    element(
      "tr",
      "",
      element("td", "", element("code", each.name + (each.required ? " *" : ""))),
      element("td", each.in),
      element("td", each.description || ""),
      element("td", "", element("code", JSON.stringify(each.schema))),
    ),
  );
  const head = element("tr", "", ...["Name", "In", "Meaning", "Value"].map((text) => element("th", text)));
  return element("table", "", head, ...rows);
}

function contents(content, whole) {
  return Object.entries(content || {}).flatMap(([kind, each]) => [
    element("p", kind),
    ...(each.example ? [element("h4", "Example"), pretty(each.example), element("h4", "All there is")] : []),
    ...Object.values(each.examples || {}).flatMap((one) => [element("h4", `Example: ${one.summary}`), pretty(one.value)]),
    ...(each.schema ? [pretty(resolved(each.schema, whole))] : []),
  ]);
}

// Where a credential is sent, and what the description says of it.
function credential(name, whole) {
  const found = whole.components.securitySchemes[name];
  const place =
    found.type === "http" ? `the header Authorization: ${found.scheme} …` : `the ${found.in} ${found.name}`;
  return `${place} (${found.description})`;
}

function needs(security, whole) {
  if (!security.length) return element("p", "Open to anyone");
  const ways = security.map((each) => Object.keys(each).map((name) => credential(name, whole)).join(" and "));
  const list = element("ul", "", ...ways.map((each) => element("li", each)));
  return element("div", ways.length > 1 ? "Needs one of:" : "Needs:", list);
}

function fill(details, operation, whole) {
  if (operation.description) details.append(element("p", operation.description));
  details.append(needs(operation.security, whole));
  if (operation.parameters?.length) details.append(element("h3", "Parameters"), parameterTable(operation.parameters));
  if (operation.requestBody) details.append(element("h3", "Body"), ...contents(operation.requestBody.content, whole));
  for (const [status, answer] of Object.entries(operation.responses)) {
    const found = resolved(answer, whole);
    details.append(element("h3", `${status} ${found.description}`));
    if (status.startsWith("2")) details.append(...contents(answer.content, whole));
  }
}

function shownOperation(method, path, operation, whole) {
  const way = element("span", method.toUpperCase());
  way.className = "method";
  const words = element("span", operation.summary);
  words.className = "words";
  const details = element("details", "", element("summary", "", way, element("code", path), words));
  details.dataset.text = `${method} ${path} ${operation.summary}`.toLowerCase();
  details.addEventListener("toggle", () => {
    if (details.childElementCount === 1) fill(details, operation, whole);
  });
  return details;
}

function show(whole) {
  document.getElementById("title").textContent = `${whole.info.title} ${whole.info.version}`;
  document.getElementById("introduction").textContent = whole.info.description;
  const sections = new Map(whole.tags.map(({ name }) => [name, element("section", "", element("h2", name))]));
  const base = whole.servers[0].url.replace(/\/$/, "");
  for (const [path, operations] of Object.entries(whole.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      sections.get(operation.tags[0]).append(shownOperation(method, base + path, operation, whole));
    }
  }
  document.getElementById("routes").append(...sections.values());
}

function find(text) {
  for (const section of document.querySelectorAll("section")) {
    const routes = [...section.querySelectorAll("details")];
    for (const each of routes) each.hidden = !each.dataset.text.includes(text.toLowerCase());
    section.hidden = routes.every((each) => each.hidden);
  }
}

document.getElementById("search").addEventListener("input", (event) => find(event.target.value));
fetch("openapi.json")
  .then((answer) => answer.json())
  .then(show)
  .catch((error) => {
    document.getElementById("introduction").textContent = `/openapi.json could not be read: ${error.message}`;
  });
