import { useState } from 'react';
import type { DragEvent } from 'react';

/** Crews are dragged onto outages; the same is done by menus for those who do not drag. */
const CREW_TYPE = 'application/x-flux-crew';

export function dragCrew(event: DragEvent, crewId: string): void {
  event.dataTransfer.setData(CREW_TYPE, crewId);
  event.dataTransfer.effectAllowed = 'link';
}

interface DropTarget {
  isOver: boolean;
  handlers: Partial<Record<'onDragOver' | 'onDragLeave' | 'onDrop', (event: DragEvent) => void>>;
}

/** Takes a crew that is dropped; null: takes none. */
export function useCrewDrop(onDrop: ((crewId: string) => void) | null): DropTarget {
  const [isOver, setOver] = useState(false);
  if (onDrop === null) return { isOver: false, handlers: {} };
  return {
    isOver,
    handlers: {
      onDragOver: (event) => {
        if (!event.dataTransfer.types.includes(CREW_TYPE)) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = 'link';
        setOver(true);
      },
      onDragLeave: (event) => {
        // Leaving for a part of itself is no leaving.
        if (!(event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget))) setOver(false);
      },
      onDrop: (event) => {
        setOver(false);
        const crewId = event.dataTransfer.getData(CREW_TYPE);
        if (crewId === '') return;
        event.preventDefault();
        onDrop(crewId);
      },
    },
  };
}
