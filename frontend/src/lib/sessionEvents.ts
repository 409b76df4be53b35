/** Lets any request report that the session has ended, without knowing who shows the login page. */
type Listener = () => void;

const listeners = new Set<Listener>();

export const sessionEvents = {
  expired(): void {
    for (const listener of [...listeners]) listener();
  },
  onExpired(listener: Listener): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};
