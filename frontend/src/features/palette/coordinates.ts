/** A place in degrees (WGS 84), read from what people type or paste. */
export interface Place {
  lat: number;
  lng: number;
}

/** Web Mercator has no more. */
const MAX_LATITUDE = 85;
const DECIMAL = String.raw`([+-]?\d{1,3}(?:\.\d+)?)\s*°?\s*([NSEW])?`;
const PAIR = new RegExp(`^${DECIMAL}(?:\\s*[,;]\\s*|\\s+)${DECIMAL}$`, 'i');
const DMS = String.raw`(\d{1,3})\s*[°d]\s*(?:(\d{1,2}(?:\.\d+)?)\s*['′’m]\s*)?(?:(\d{1,2}(?:\.\d+)?)\s*(?:["″”s]|''|′′)\s*)?([NSEW])`;
const DMS_PAIR = new RegExp(`^${DMS}[\\s,;]*${DMS}$`, 'i');

/** `29.76, -95.37`, `29.76 N 95.37 W`, `29°45'36"N 95°22'12"W`; null if it is no place. Latitude is first unless letters say otherwise. */
export function parsePlace(text: string): Place | null {
  const trimmed = text.trim();
  const decimal = PAIR.exec(trimmed);
  if (decimal !== null) return placed(signed(Number(decimal[1]), decimal[2]), decimal[2], signed(Number(decimal[3]), decimal[4]), decimal[4]);
  const dms = DMS_PAIR.exec(trimmed);
  if (dms !== null) return placed(fromDms(dms.slice(1, 5)), dms[4], fromDms(dms.slice(5, 9)), dms[8]);
  return null;
}

function fromDms([degrees, minutes = '0', seconds = '0', letter]: (string | undefined)[]): number {
  const [m, s] = [Number(minutes), Number(seconds)];
  if (m >= 60 || s >= 60) return Number.NaN;
  return signed(Number(degrees) + m / 60 + s / 3_600, letter);
}

function signed(value: number, letter: string | undefined): number {
  if (letter === undefined) return value;
  // A minus and a letter contradict or repeat each other.
  if (value < 0) return Number.NaN;
  return /[SW]/i.test(letter) ? -value : value;
}

function placed(first: number, firstLetter: string | undefined, second: number, secondLetter: string | undefined): Place | null {
  const axes = [axisOf(firstLetter) ?? 'lat', axisOf(secondLetter) ?? (axisOf(firstLetter) === 'lng' ? 'lat' : 'lng')];
  if (axes[0] === axes[1]) return null;
  const [lat, lng] = axes[0] === 'lat' ? [first, second] : [second, first];
  const isOnMap = Math.abs(lat) <= MAX_LATITUDE && Math.abs(lng) <= 180;
  return isOnMap ? { lat, lng } : null;
}

function axisOf(letter: string | undefined): 'lat' | 'lng' | null {
  if (letter === undefined) return null;
  return /[NS]/i.test(letter) ? 'lat' : 'lng';
}
