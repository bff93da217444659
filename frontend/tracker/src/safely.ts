/** What goes wrong in it must not reach the page that calls it. */
export const safely =
  <Given extends unknown[]>(act: (...given: Given) => void) =>
  (...given: Given): void => {
    try {
      act(...given)
    } catch {}
  }
