/* bench/limit.c - the floor under a scan: fetch, SHA-256 and ISA-L inflate of an image's layers, some at
 * a time, and nothing else. Usage: limit THREADS URL...; prints bytes, seconds of wall and of CPU. */
#include <curl/curl.h>
#include <isa-l/igzip_lib.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

enum { OUT_BYTES = 1 << 18 };

struct flow {
	EVP_MD_CTX *sha;
	struct inflate_state inflate;
	uint8_t out[OUT_BYTES];
	uint64_t stored, inflated;
};

static char **urls;
static atomic_int next_url;
static int url_count;
static atomic_ullong stored, inflated;

static size_t take(char *data, size_t one, size_t n, void *ctx)
{
	struct flow *f = ctx;

	(void)one;
	EVP_DigestUpdate(f->sha, data, n);
	f->stored += n;
	f->inflate.next_in = (uint8_t *)data;
	f->inflate.avail_in = (uint32_t)n;
	do {
		f->inflate.next_out = f->out;
		f->inflate.avail_out = OUT_BYTES;
		if (isal_inflate(&f->inflate) != ISAL_DECOMP_OK)
			return 0;
		f->inflated += OUT_BYTES - f->inflate.avail_out;
	} while (!f->inflate.avail_out && f->inflate.block_state != ISAL_BLOCK_FINISH);
	return n;
}

static void fetch(CURL *curl, const char *url)
{
	struct flow *f = calloc(1, sizeof *f);
	unsigned char digest[EVP_MAX_MD_SIZE];
	CURLcode r;

	if (!f)
		abort();
	f->sha = EVP_MD_CTX_new();
	EVP_DigestInit_ex(f->sha, EVP_sha256(), NULL);
	isal_inflate_init(&f->inflate);
	f->inflate.crc_flag = ISAL_GZIP;
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, f);
	curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
	curl_easy_setopt(curl, CURLOPT_BUFFERSIZE, 1L << 17);
	r = curl_easy_perform(curl);
	if (r != CURLE_OK) {
		fprintf(stderr, "limit: %s: %s\n", url, curl_easy_strerror(r));
		exit(1);
	}
	EVP_DigestFinal_ex(f->sha, digest, NULL);
	EVP_MD_CTX_free(f->sha);
	stored += f->stored;
	inflated += f->inflated;
	free(f);
}

static void *work(void *unused)
{
	CURL *curl = curl_easy_init();
	int i;

	(void)unused;
	while ((i = next_url++) < url_count)
		fetch(curl, urls[i]);
	curl_easy_cleanup(curl);
	return NULL;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int main(int argc, char **argv)
{
	pthread_t threads[64];
	struct rusage used;
	double began = now();
	int n = argc > 2 ? atoi(argv[1]) : 0;

	if (n < 1 || n > 64) {
		fputs("usage: limit THREADS URL...\n", stderr);
		return 2;
	}
	curl_global_init(CURL_GLOBAL_DEFAULT);
	urls = argv + 2;
	url_count = argc - 2;
	for (int i = 0; i < n; i++)
		pthread_create(&threads[i], NULL, work, NULL);
	for (int i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
	getrusage(RUSAGE_SELF, &used);
	printf("stored %llu inflated %llu wall %.3f cpu %.3f\n", (unsigned long long)stored,
	       (unsigned long long)inflated, now() - began,
	       (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
		       1e-6 * (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec));
	return 0;
}
