export { type JsonStorageOptions, openJsonStorage } from "./json-storage.ts";
