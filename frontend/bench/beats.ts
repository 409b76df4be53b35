/** Counts at a steady pace, whatever the page is busy with. */
self.onmessage = ({ data: everyMs }: MessageEvent<number>) => {
  let count = 0;
  const began = performance.now();
  setInterval(() => {
    for (; count * everyMs < performance.now() - began; count += 1) self.postMessage(count);
  }, everyMs / 4);
};
