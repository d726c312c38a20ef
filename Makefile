# The front door; the build itself is Meson's. `make help` lists what there is.
prefix ?= /usr/local
DESTDIR ?=
FUZZ_SECONDS ?= 60
RELEASE = --buildtype=release --prefix=$(prefix)
export FEEDS PLIMSOLL_FIXTURES IMAGE KEEP FUZZ_SECONDS ONLY

.PHONY: build demo test bench fuzz lint install release deb image clean help
build: ## the program, optimised: build/src/cli/plimsoll
	@tools/install-packages build
	@tools/build build $(RELEASE)

demo: ## a real, vulnerable image in a real registry, scanned; then the center (FEEDS=folder or URL, IMAGE=another, KEEP=1)
	@tools/install-packages build demo
	@tools/build build $(RELEASE)
	@tools/demo

test: ## everything, with gcc and clang and their sanitizers (FEEDS=, PLIMSOLL_FIXTURES=, ONLY=part of a name)
	@tools/install-packages build test demo release
	@tests/run

bench: ## the promised figures, as ratios measured here
	@tools/install-packages build demo test
	@tools/build build $(RELEASE)
	@bench/run

fuzz: ## every parser, FUZZ_SECONDS=60 each
	@tools/install-packages build test
	@tools/fuzz

lint: ## clang-tidy, shellcheck, mandoc: silent when all is well
	@tools/install-packages build test
	@tools/lint

install: build ## into $(DESTDIR)$(prefix)
	@meson install -C build --no-rebuild --quiet $(if $(DESTDIR),--destdir $(abspath $(DESTDIR)))

release: ## one program for any Linux with a C library of 2022 or later, in .cache/release
	@tools/install-packages build release
	@tools/release

deb: ## a Debian package, in .cache/deb
	@tools/install-packages build release
	@tools/deb

image: ## plimsoll as a container image on scratch, an OCI layout in .cache/image
	@tools/install-packages build release demo
	@tools/release-image .cache/image

clean: ## removes what was built and cached here
	rm -rf build build-* .cache

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' Makefile | expand -t 14
