/** Where a swap or a change of scene may take effect. */
export const boundaries = ['now', 'beat', 'bar', '2-bars', '4-bars', '8-bars'] as const;
export type Boundary = (typeof boundaries)[number];
