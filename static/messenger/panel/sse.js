/**
 * Reads an event stream by fetch. Unlike EventSource it sees the status, and the comment lines by which a
 * stream that is open but silent is told from one that lives.
 */

/** Calls `onEvent(name, data)` for each event and `onByte()` for anything that arrives, until the stream ends. */
export async function readStream(response, { onEvent, onByte }) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    onByte();
    const blocks = (rest + value).replaceAll("\r\n", "\n").split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) dispatch(block, onEvent);
  }
}

function dispatch(block, onEvent) {
  let name = "message";
  const data = [];
  for (const line of block.split("\n")) {
    if (line.startsWith("event:")) name = line.slice(6).trim();
    if (line.startsWith("data:")) data.push(line.slice(5).trim());
  }
  if (data.length > 0 || name !== "message") {
    onEvent(name, json(data.join("\n")));
  }
}

function json(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
