/** Talks to the own origin: parts of pages as HTML, small answers as JSON. */

import { keepTouch, takeTouch } from "./touch.js";

/** By https its name is a promise: nobody beside this host has set it. */
const PROMISED = /(?:^|; )__Host-crm_csrf=([^;]*)/;
const COOKIE = /(?:^|; )crm_csrf=([^;]*)/;

/** The server said no, or could not be reached (`status` 0). */
export class Refusal extends Error {
  constructor(status, payload = {}) {
    super(payload.detail ?? `HTTP ${status}`);
    this.status = status;
    this.payload = payload;
  }

  /** The same request may succeed a moment later. */
  get isTemporary() {
    return this.isUnreachable || this.status === 429;
  }

  get isLoggedOut() {
    return this.status === 401;
  }

  get isForbidden() {
    return this.status === 403 || this.status === 404;
  }

  get isUnreachable() {
    return this.status === 0 || this.status >= 500;
  }

  /** What to tell a person: of a form's error the sentence about the field says more. */
  get sentence() {
    const fields = Object.values(this.payload.fields ?? {}).flat();
    return fields.join(" ") || this.message;
  }
}

/** A part of the page as an element tree, with nothing in it run. */
export async function getPart(url, headers = {}) {
  return parsePart(await text(url, { headers: { ...PART, ...headers } }));
}

/** Posts a form and answers the part of the page that it changed. */
export async function postPart(url, body) {
  return parsePart(await text(url, { method: "POST", headers: PART, body }));
}

export async function postJson(url, body) {
  return (await request(url, { method: "POST", headers: PART, body })).json();
}

export async function getJson(url) {
  return (await request(url, { headers: PART })).json();
}

const ACCEPT = "application/json, text/html";
const PART = { "X-Messenger-Part": "1" };
const TOUCHED = "X-Messenger-Touched";

/** For those who post by themselves. */
export function postHeaders() {
  return { Accept: ACCEPT, "X-CSRFToken": csrfToken(), ...PART };
}

export function parsePart(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  return document.importNode(page.body, true);
}

async function request(url, options = {}) {
  const headers = { Accept: ACCEPT, ...options.headers };
  if (options.method === "POST") headers["X-CSRFToken"] = csrfToken();
  const isTouched = takeTouch();
  if (isTouched) headers[TOUCHED] = "1";
  try {
    return await answerTo(url, { ...options, headers });
  } catch (error) {
    if (isTouched) keepTouch();
    throw error;
  }
}

async function answerTo(url, options) {
  let response;
  try {
    response = await fetch(url, {
      ...options,
      cache: "no-store",
      credentials: "same-origin",
      redirect: "manual",
    });
  } catch {
    throw new Refusal(0);
  }
  // The admin answers those who are logged out with a redirect to the log-in page.
  if (response.type === "opaqueredirect") throw new Refusal(401);
  if (!response.ok) throw new Refusal(response.status, await payload(response));
  return response;
}

async function payload(response) {
  try {
    return await response.json();
  } catch {
    return {};
  }
}

async function text(url, options) {
  return (await request(url, options)).text();
}

function csrfToken() {
  const field = document.querySelector("input[name=csrfmiddlewaretoken]");
  const cookie =
    document.cookie.match(PROMISED) ?? document.cookie.match(COOKIE);
  return cookie?.[1] ?? field?.value ?? "";
}
