// Deflate (RFC 1951) as a WebAssembly kernel. A skeleton as yet: it tells where its memory begins.

extern unsigned char __heap_base;

__attribute__((export_name("base"))) unsigned long base(void) { return (unsigned long)&__heap_base; }
