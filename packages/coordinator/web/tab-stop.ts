/** A grid is one stop for Tab: of its tiles only the one that had the focus last is, arrow keys reach the others. */
import { useLayoutEffect, useRef } from 'preact/hooks';

interface TabStop {
  readonly ref: { readonly current: HTMLDivElement | null };
  readonly onFocusIn: (event: FocusEvent) => void;
}

export function useTabStop(): TabStop {
  const ref = useRef<HTMLDivElement>(null);
  const last = useRef<string>();
  const set = (): void => {
    const tiles = [...(ref.current?.querySelectorAll<HTMLElement>('.tile') ?? [])];
    const stop = tiles.find((tile) => tile.dataset['agent'] === last.current) ?? tiles[0];
    for (const tile of tiles) {
      const index = tile === stop ? 0 : -1;
      if (tile.getAttribute('tabindex') !== String(index)) tile.tabIndex = index;
    }
  };
  // Tiles come and go with what is told.
  useLayoutEffect(set);
  const onFocusIn = ({ target }: FocusEvent): void => {
    const key = target instanceof HTMLElement ? target.dataset['agent'] : undefined;
    if (key === undefined) return;
    last.current = key;
    set();
  };
  return { ref, onFocusIn };
}

/** To the tile of an instance, if it is still there. */
export function focusTile(key: string): void {
  const tiles = [...document.querySelectorAll<HTMLElement>('.tile')];
  tiles.find((tile) => tile.dataset['agent'] === key)?.focus();
}
