import { navigate } from '../lib/location';

/** Go to an address as if it were opened anew: the map goes where it says, too. */
export function openAddress(address: string): void {
  navigate(address);
  // The map listens to the history alone, since it writes its own moves into the address.
  setTimeout(() => window.dispatchEvent(new PopStateEvent('popstate')));
}
