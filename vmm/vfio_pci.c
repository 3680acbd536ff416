// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <linux/vfio.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "case_limit.h"
#include "fail.h"
#include "vcpu_thread.h"
#include "vmm/vfio_pci.h"

#define PCI_DEVICES	"/sys/bus/pci/devices"
#define VFIO_PCI	"/sys/bus/pci/drivers/vfio-pci"

static unsigned long read_hex(const char *name, const char *file)
{
	char path[128], text[16] = "";
	int fd;

	snprintf(path, sizeof(path), PCI_DEVICES "/%s/%s", name, file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	(void)!read(fd, text, sizeof(text) - 1);
	close(fd);
	return strtoul(text, NULL, 16);
}

/* -errno, for a driver may be busy with the same thing. */
static int write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), ret;

	if (fd < 0)
		return -errno;
	ret = write(fd, text, strlen(text)) < 0 ? -errno : 0;
	close(fd);
	return ret;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(a, b);
}

int vfio_pci_find(u16 vendor, u16 device, char (*names)[PCI_NAME_SIZE], int max)
{
	DIR *dir = opendir(PCI_DEVICES);
	struct dirent *entry;
	int nr = 0;

	if (!dir)
		return 0;
	while (nr < max && !access(VFIO_PCI, F_OK) && (entry = readdir(dir))) {
		if (read_hex(entry->d_name, "vendor") == vendor &&
		    read_hex(entry->d_name, "device") == device)
			snprintf(names[nr++], PCI_NAME_SIZE, "%.15s", entry->d_name);
	}
	closedir(dir);
	qsort(names, nr, PCI_NAME_SIZE, compare_names);
	return nr;
}

/* "vfio3" of the device, once vfio-pci has it. */
static bool find_cdev(const char *name, char *cdev, size_t size)
{
	struct dirent *entry;
	char path[128];
	DIR *dir;

	snprintf(path, sizeof(path), PCI_DEVICES "/%s/vfio-dev", name);
	dir = opendir(path);
	cdev[0] = '\0';
	while (dir && !cdev[0] && (entry = readdir(dir)))
		if (!strncmp(entry->d_name, "vfio", 4))
			snprintf(cdev, size, "/dev/vfio/devices/%.16s", entry->d_name);
	if (dir)
		closedir(dir);
	return cdev[0];
}

static int open_cdev(const char *name)
{
	char path[128], cdev[64];
	int fd;

	if (!find_cdev(name, cdev, sizeof(cdev))) {
		snprintf(path, sizeof(path), PCI_DEVICES "/%s/driver/unbind", name);
		write_text(path, name);		/* if it has a driver */
		snprintf(path, sizeof(path), PCI_DEVICES "/%s/driver_override", name);
		MUST(write_text(path, "vfio-pci"));
		MUST(write_text(VFIO_PCI "/bind", name));
		FAIL_UNLESS(find_cdev(name, cdev, sizeof(cdev)), "vfio-pci has no node for %s",
			    name);
	}
	fd = open(cdev, O_RDWR | O_CLOEXEC);
	FAIL_UNLESS(fd >= 0, "open %s: %s", cdev, errno_name(errno));
	return fd;
}

static void device_ioctl(struct vfio_pci *d, const char *what, unsigned long request, void *arg)
{
	FAIL_UNLESS(ioctl(d->fd, request, arg) >= 0, "%s of %s: %s", what, d->name,
		    errno_name(errno));
}

static void attach(struct vfio_pci *d, const struct ioas *ioas)
{
	struct vfio_device_bind_iommufd bind = {
		/* All that there was before 6.18. */
		.argsz = offsetof(struct vfio_device_bind_iommufd, out_devid) + sizeof(u32),
		.iommufd = ioas->fd,
	};
	struct vfio_device_attach_iommufd_pt attach = {
		.argsz = offsetof(struct vfio_device_attach_iommufd_pt, pt_id) + sizeof(u32),
		.pt_id = ioas->id,
	};

	device_ioctl(d, "VFIO_DEVICE_BIND_IOMMUFD", VFIO_DEVICE_BIND_IOMMUFD, &bind);
	device_ioctl(d, "VFIO_DEVICE_ATTACH_IOMMUFD_PT", VFIO_DEVICE_ATTACH_IOMMUFD_PT, &attach);
}

static struct vfio_region_info region_info(struct vfio_pci *d, u32 index)
{
	struct vfio_region_info info = { .argsz = sizeof(info), .index = index };

	device_ioctl(d, "VFIO_DEVICE_GET_REGION_INFO", VFIO_DEVICE_GET_REGION_INFO, &info);
	return info;
}

static void enable_dma(struct vfio_pci *d)
{
	off_t command = region_info(d, VFIO_PCI_CONFIG_REGION_INDEX).offset + PCI_COMMAND;
	u16 value;

	FAIL_UNLESS(pread(d->fd, &value, sizeof(value), command) == sizeof(value),
		    "read the command register of %s: %s", d->name, errno_name(errno));
	value |= PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER;
	FAIL_UNLESS(pwrite(d->fd, &value, sizeof(value), command) == sizeof(value),
		    "write the command register of %s: %s", d->name, errno_name(errno));
}

static void enable_msi(struct vfio_pci *d)
{
	u64 room[(sizeof(struct vfio_irq_set) + sizeof(s32)) / sizeof(u64) + 1] = {};
	struct vfio_irq_set *irq = (struct vfio_irq_set *)room;

	d->irq_fd = eventfd(0, EFD_CLOEXEC);
	FAIL_UNLESS(d->irq_fd >= 0, "eventfd: %s", errno_name(errno));
	irq->argsz = sizeof(*irq) + sizeof(s32);
	irq->flags = VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER;
	irq->index = VFIO_PCI_MSI_IRQ_INDEX;
	irq->count = 1;
	memcpy(irq->data, &d->irq_fd, sizeof(s32));
	device_ioctl(d, "VFIO_DEVICE_SET_IRQS", VFIO_DEVICE_SET_IRQS, irq);
}

void vfio_pci_open(struct vfio_pci *d, const char *name, const struct ioas *ioas)
{
	struct vfio_region_info bar;
	void *p;

	snprintf(d->name, sizeof(d->name), "%s", name);
	d->fd = open_cdev(name);
	attach(d, ioas);
	bar = region_info(d, VFIO_PCI_BAR0_REGION_INDEX);
	p = mmap(NULL, bar.size, PROT_READ | PROT_WRITE, MAP_SHARED, d->fd, bar.offset);
	FAIL_UNLESS(p != MAP_FAILED, "map BAR 0 of %s: %s", name, errno_name(errno));
	d->bar0 = p;
	d->bar0_size = bar.size;
	enable_dma(d);
	enable_msi(d);
}

void vfio_pci_close(struct vfio_pci *d)
{
	munmap((void *)d->bar0, d->bar0_size);
	close(d->irq_fd);
	close(d->fd);
}

void vfio_pci_wait_irq(struct vfio_pci *d)
{
	struct pollfd poll_fd = { .fd = d->irq_fd, .events = POLLIN };
	u64 count;

	FAIL_UNLESS(poll(&poll_fd, 1, wait_limit_seconds() * 1000) == 1,
		    "%s sent no interrupt within %d s", d->name, wait_limit_seconds());
	FAIL_UNLESS(read(d->irq_fd, &count, sizeof(count)) == sizeof(count), "read eventfd: %s",
		    errno_name(errno));
}
