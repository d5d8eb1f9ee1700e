// What the visitor's browser keeps: the secret of the chat, and what was written and not yet sent. In the frame's own storage,
// which the site around it cannot read; where the browser keeps nothing, for as long as the page is open.

export interface Kept {
  token?: string;
  name?: string;
  email?: string;
  unsent?: { id: string; text: string }[];
}

let memory: Kept = {};
let name = "aftercare-chat";

/** What is kept for one site, and for one account on our own pages, stays apart from another's: a browser may be shared. */
export function keepFor(origin: string, account: string): void {
  name = `aftercare-chat ${origin} ${account}`.trimEnd();
}

export function kept(): Kept {
  try {
    return JSON.parse(localStorage.getItem(name) ?? "{}") as Kept;
  } catch {
    return memory;
  }
}

export function keep(change: Kept): void {
  memory = { ...kept(), ...change };
  try {
    localStorage.setItem(name, JSON.stringify(memory));
  } catch {
    // Only for this page, then.
  }
}

/** A secret that nobody can guess: 32 bytes in letters. */
export function secret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
