/** Remembers the last result for each first argument, as long as the other arguments stay the same. */
export function memoBy<C extends object, A extends readonly unknown[], T>(
  make: (subject: C, ...rest: A) => T,
): (subject: C, ...rest: A) => T {
  const made = new WeakMap<C, { rest: A; result: T }>();
  return (subject, ...rest) => {
    const found = made.get(subject);
    if (found !== undefined && found.rest.every((value, i) => Object.is(value, rest[i]))) return found.result;
    const result = make(subject, ...rest);
    made.set(subject, { rest, result });
    return result;
  };
}
