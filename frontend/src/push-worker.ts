// The service worker of browser push: shows that somebody is paged, acknowledges, opens the case. Keeps nothing and answers no
// request of pages.
interface Told {
  title: string;
  body: string;
  tag: string;
  open: string;
  acknowledge: string;
  word: string;
  done: string;
}

const worker = self as unknown as ServiceWorkerGlobalScope;

worker.addEventListener("push", (event) => {
  const told = event.data?.json() as Told | undefined;
  if (!told) return;
  const actions = [{ action: "acknowledge", title: told.word }];
  const options = { body: told.body, tag: told.tag, requireInteraction: true, renotify: true, data: told, actions };
  event.waitUntil(worker.registration.showNotification(told.title, options as NotificationOptions));
});

worker.addEventListener("notificationclick", (event) => {
  const told = event.notification.data as Told;
  event.notification.close();
  event.waitUntil(event.action === "acknowledge" ? acknowledge(told) : worker.clients.openWindow(told.open));
});

/** Without a sign-in, by the link of the message. If that does not work, the case opens. */
async function acknowledge(told: Told): Promise<unknown> {
  const answer = await fetch(told.acknowledge, { method: "POST" }).catch(() => null);
  if (!answer?.ok) return worker.clients.openWindow(told.open);
  return worker.registration.showNotification(told.title, { body: told.done, tag: told.tag, silent: true });
}
