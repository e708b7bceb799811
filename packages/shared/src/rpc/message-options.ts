/** How messages look in the program. Must equal the flags of the generator (scripts/generate.mjs), or the generated
 *  types lie; a test compares them. */
export const MESSAGE_OPTIONS = { longs: Number, enums: String, defaults: true, arrays: true, objects: true } as const;
