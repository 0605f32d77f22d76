/** How much work may be under way at once. What does not fit is turned away at once, so that the rest is done in time. */

export interface Admission {
  readonly isFull: () => boolean;
  /** Null when there is no room; else what gives the place back, once. */
  enter(): (() => void) | null;
}

export function createAdmission(placesMax: number): Admission {
  let taken = 0;
  return {
    isFull: () => taken >= placesMax,
    enter() {
      if (taken >= placesMax) return null;
      taken += 1;
      let isHeld = true;
      return () => {
        if (isHeld) taken -= 1;
        isHeld = false;
      };
    },
  };
}
