const activityIds: Readonly<Record<string, number>> = {
  CONNECT: 1,
  DELETE: 2,
  GET: 3,
  HEAD: 4,
  OPTIONS: 5,
  POST: 6,
  PUT: 7,
  TRACE: 8,
  PATCH: 9,
};

/** The activity of OCSF HTTP Activity (4002) for a method: 0 without one; 99, with its own name, for one that OCSF does not know. */
export function httpActivityOfMethod(method: string | undefined): { id: number; name?: string } {
  if (method === undefined) return { id: 0 };
  const id = Object.hasOwn(activityIds, method) ? activityIds[method] : undefined;
  return id === undefined ? { id: 99, name: method } : { id };
}
