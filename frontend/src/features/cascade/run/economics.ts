interface Hours {
  lowH: number;
  midH: number;
  highH: number;
}

/** Hours as typed, or what is wrong with them. */
export function readHours(texts: { low: string; mid: string; high: string }): { value: Hours } | { problem: string } {
  const [low, mid, high] = [texts.low, texts.mid, texts.high].map((text) => (text.trim() === '' ? Number.NaN : Number(text)));
  if (low === undefined || mid === undefined || high === undefined || ![low, mid, high].every((each) => Number.isFinite(each) && each > 0)) {
    return { problem: 'Give three numbers of hours above 0.' };
  }
  return low <= mid && mid <= high ? { value: { lowH: low, midH: mid, highH: high } } : { problem: 'Low may not be above mid, nor mid above high.' };
}
