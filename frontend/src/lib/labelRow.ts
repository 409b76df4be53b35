/** A name to write on the map; higher ranks are placed first. */
export interface LabelRow {
  lon: number;
  lat: number;
  properties: { name: string; rank: number };
}
