// The pages' script: parts by htmx, and a few islands. Pages work without it; it makes them quick.
import htmx from "htmx.org";
import { applicable } from "./applies";
import { calls } from "./calls";
import { countdowns } from "./countdown";
import { dialogs } from "./menus";
import { editors } from "./editor";
import { fills } from "./fills";
import { filters } from "./filters";
import { forms } from "./forms";
import { explained, headers, strips } from "./frame";
import { guides } from "./guide";
import { keys } from "./keys";
import { lists } from "./list";
import { live } from "./live";
import { ordered } from "./ordered";
import { parts } from "./parts";
import { prints } from "./prints";
import { push } from "./push";
import { tables } from "./tables";
import { toasts } from "./toasts";
import { keeps, unsent } from "./unsent";
import { remember } from "./walk";

declare global {
  interface Window {
    htmx: typeof htmx;
  }
}

window.htmx = htmx;
htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;
htmx.config.selfRequestsOnly = true;
htmx.config.historyCacheSize = 0;
// What an element asks for is said on the element itself.
htmx.config.disableInheritance = true;
// An answer with an error carries its toast; it is shown like any other part.
htmx.config.responseHandling = [
  { code: "204", swap: false },
  { code: "...", swap: true },
];

toasts();
// Before what was typed is compared: a field that does not apply is not sent.
applicable();
unsent();
forms();
fills();
filters();
lists();
remember();
guides();
keys();
dialogs();
strips();
headers();
live();
calls();
explained();
void push();
prints();
ordered();
parts();
countdowns(document);
editors(document);
tables(document);
htmx.onLoad((root) => {
  headers();
  keeps(root as HTMLElement);
  countdowns(root as HTMLElement);
  editors(root as HTMLElement);
  tables(root as HTMLElement);
});
