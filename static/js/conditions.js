// The twin of surveys/conditions/evaluation.py and of what a page shows: pure, total, without dependencies.
// Both must pass tests/surveys/condition_cases.json. Whatever is not given is unknown.

const SOURCES = { question: "answers", score: "scores", fact: "facts" };
const PRESENCE = ["answered", "not_answered"];
const order = { lt: (a, b) => a < b, le: (a, b) => a <= b, gt: (a, b) => a > b, ge: (a, b) => a >= b };

const isObject = (node) => node !== null && typeof node === "object" && !Array.isArray(node);
// A question may be called "constructor": only own names count.
const own = (values, name) => (values && Object.hasOwn(values, name) ? values[name] : undefined);
const isKnown = (value) => value !== undefined && value !== null && value !== "" && !(Array.isArray(value) && !value.length);
const isScalar = (value) => value !== "" && ["boolean", "string", "number"].includes(typeof value);
const same = (one, other) => isScalar(one) && one === other;
const listed = (list, value) => Array.isArray(list) && list.some((item) => same(item, value));

/** Tell whether `condition` is true of answers, scores and facts, each an object by name. */
export function holds(condition, values = {}) {
  if (!isObject(condition)) return false;
  if (Object.hasOwn(condition, "op")) return compare(condition, actualOf(condition, values));
  const [[kind, inner] = [], ...more] = Object.entries(condition);
  if (more.length) return false;
  if (kind === "not") return !holds(inner, values);
  if (!Array.isArray(inner)) return false;
  if (kind === "all") return inner.every((part) => holds(part, values));
  return kind === "any" && inner.some((part) => holds(part, values));
}

function actualOf(leaf, values) {
  const source = Object.keys(SOURCES).find((name) => typeof own(leaf, name) === "string");
  return source && own(values[SOURCES[source]], leaf[source]);
}

function compare({ op, value }, actual) {
  if (PRESENCE.includes(op)) return isKnown(actual) === (op === "answered");
  if (op === "contains") return listed(actual, value);
  if (!isScalar(actual)) return false;
  if (op === "eq" || op === "ne") return same(actual, value) === (op === "eq");
  if (op === "in" || op === "not_in") return Array.isArray(value) && listed(value, actual) === (op === "in");
  const isOrder = typeof op === "string" && typeof actual === "number" && typeof value === "number";
  return isOrder && Boolean(own(order, op)?.(actual, value));
}

/** Return the keys of the questions of `page` (see surveys/logic/live.py) that show, in order. */
export function shown(page, { answers = {}, scores = {}, facts = {} } = {}) {
  const known = { ...answers };
  const points = { ...scores };
  return page.questions.filter((question) => {
    const isOpen = !question.show_if || holds(question.show_if, { answers: known, scores: points, facts });
    const score = isOpen ? scoreOf(question, own(known, question.key)) : undefined;
    if (score !== undefined) points[question.key] = score;
    // The answer of a hidden question does not count, and hides in turn what depends on it.
    if (!isOpen) for (const name of question.names) delete known[name];
    return isOpen;
  }).map((question) => question.key);
}

/** Return the points of one answer, undefined if it is not scored. */
export function scoreOf({ points }, value) {
  if (typeof points === "number") return Number.isInteger(value) && value >= 0 && value <= 10 ? value * points : undefined;
  return typeof value === "string" ? own(points, value) : undefined;
}

/** Return what a form (FormData) answers to `page`, as the server reads it: codes, lists of codes, numbers, or true. */
export function answersIn(page, form) {
  const found = {};
  for (const { key, names, kind, other, codes, exclusive } of page.questions) {
    const values = form.getAll(key).filter(Boolean);
    const [value] = values;
    if (kind === "many") {
      const ticked = codes.filter((code) => values.includes(code));
      if (ticked.length && (ticked.length < 2 || !ticked.some((code) => exclusive.includes(code)))) found[key] = ticked;
    } else if (kind === "words") {
      if (value?.trim()) found[key] = true;
    } else if (value) {
      found[key] = kind === "number" ? Number(value) : value;
    }
    if (!other || !form.get(names[1])?.trim()) continue;
    found[names[1]] = true;
    if (!values.length) found[key] = kind === "many" ? [other] : other;
  }
  return found;
}
