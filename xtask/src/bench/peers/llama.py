"""llama.cpp's speed on a GGUF file: reading N tokens at once, then writing M tokens greedily.

usage: llama.py MODEL.gguf THREADS READ WRITE  -> one JSON object
"""
import json
import resource
import sys
import time

from cyllama.llama import llama_cpp as llama

model_path, threads, read, write = sys.argv[1], *map(int, sys.argv[2:5])
llama.disable_logging()
llama.ggml_backend_load_all()
llama.llama_backend_init()
model = llama.LlamaModel(model_path, llama.LlamaModelParams())
params = llama.LlamaContextParams()
params.n_ctx = read + write + 64
params.n_batch = 512
params.n_threads = threads
params.n_threads_batch = threads
context = llama.LlamaContext(model, params)
vocab = model.get_vocab()
text = "The patient says that the left knee has hurt for three weeks since a fall on the stairs. "
tokens = []
while len(tokens) < read:
    tokens += vocab.tokenize(text, add_special=False, parse_special=False)
tokens = tokens[:read]

best_read = best_write = float("inf")
for _ in range(3):
    context.kv_cache_clear()
    started = time.perf_counter()
    for at in range(0, read, 512):
        context.decode(llama.llama_batch_get_one(tokens[at:at + 512], at))
    context.synchronize()
    best_read = min(best_read, time.perf_counter() - started)
    sampler = llama.LlamaSampler(llama.LlamaSamplerChainParams())
    sampler.add_greedy()
    started = time.perf_counter()
    for n in range(write):
        token = sampler.sample(context, -1)
        context.decode(llama.llama_batch_get_one([token], read + n))
    context.synchronize()
    best_write = min(best_write, time.perf_counter() - started)
print(json.dumps({
    "prefill_tokens_per_second": read / best_read,
    "decode_tokens_per_second": write / best_write,
    "peak_memory_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
}))
