/** A timeline that lives as long as what shows it: filled when that appears and after each time the network was gone. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { askPast } from './past.js';
import { Timeline } from './timeline.js';

/**
 * `query`: of GET /history. `connection` counts the connections: after another one there may be a gap. `read`: the values
 * that are now, by the names of the columns.
 */
export function useTimeline(
  query: string,
  connection: number,
  read: () => ReadonlyMap<string, number | null>,
): Timeline {
  const line = useRef<Timeline>();
  const [, drawAnew] = useState(0);
  const timeline = (line.current ??= new Timeline());
  useEffect(() => {
    let isOver = false;
    void askPast(query).then((past) => {
      if (isOver || past === undefined) return;
      timeline.fill(past);
      drawAnew((times) => times + 1);
    });
    return () => {
      isOver = true;
    };
  }, [query, connection]);
  timeline.add(Date.now(), read);
  return timeline;
}
