/** How numbers and names are written for people. */

export function times(ratio: number): string {
  return `${ratio.toFixed(1)}×`;
}

/** The function's own name: `mean` of `Series.mean`. */
export function shortName(qualname: string): string {
  return qualname.split('.').at(-1) ?? qualname;
}

/** What comes first in a candidate's title: `2.4× faster`. */
export function headline(title: string): string {
  return title.split(' · ')[0] ?? title;
}

/** What follows it: the counts that prove it. */
export function proof(title: string): string {
  return title.split(' · ').slice(1).join(' · ');
}
